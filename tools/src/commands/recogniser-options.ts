import { numberList, wholeNumber, type Options } from '@id3/cli';

/** The options of commands that name a recogniser. */
export const recogniserOptions = {
  recogniser: {
    type: 'string',
    describe: 'face-api, a checkpoint of this project (.safetensors) or an ONNX model (.onnx)',
    default: 'face-api',
  },
  'input.size': {
    describe: "pixels of a side of an ONNX model's input",
    default: 112,
    coerce: wholeNumber(1),
  },
  'input.channels': { describe: 'their order', choices: ['RGB', 'BGR'], default: 'RGB' },
  'input.mean': {
    describe: 'subtracted from values from 0 to 255: one number or three',
    default: '127.5',
    coerce: numberList(Number),
  },
  'input.std': {
    describe: 'then divided by: one number or three',
    default: '127.5',
    coerce: numberList(Number),
  },
  'input.layout': { describe: 'the order of its axes', choices: ['NCHW', 'NHWC'], default: 'NCHW' },
} as const satisfies Options;
