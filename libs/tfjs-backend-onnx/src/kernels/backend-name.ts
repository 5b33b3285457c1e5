/** What tfjs knows the backend by. */
export const BACKEND = 'onnx';
