// First module of the bundle: the specs that follow are run on the backend named here.
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-backend-cpu';
import { registerOnnxBackend, type Provider } from '../src/index.ts';

const provider = (process.env.ONNX_TEST_PROVIDER ?? 'cpu') as Provider;
const backend = registerOnnxBackend({ threads: 1, provider });
setTestEnvs([{ name: 'onnx', backendName: process.env.CONFORMANCE_BACKEND ?? backend, isDataSync: true }]);
