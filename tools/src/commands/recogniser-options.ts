import { numberList, wholeNumber, type Options } from '@id3/cli';

/** The options of commands that name a recogniser. */
export const recogniserOptions = {
  recogniser: {
    type: 'string',
    path: true,
    words: ['face-api'],
    describe: 'face-api, a checkpoint of this project (.safetensors) or an ONNX model (.onnx)',
    default: 'face-api',
  },
  'input.size': {
    describe: "pixels of a side of an ONNX model's input",
    defaultDescription: 'what the model says, or else 112',
    coerce: wholeNumber(1),
  },
  'input.channels': {
    describe: 'their order',
    choices: ['RGB', 'BGR', 'grey'],
    defaultDescription: 'RGB, or grey where there is one',
  },
  'input.mean': {
    describe: 'subtracted from values from 0 to 255: one number or three',
    defaultDescription: '127.5; for whole numbers 0, or 128 for int8',
    coerce: numberList(Number),
  },
  'input.std': {
    describe: 'then divided by: one number or three',
    defaultDescription: '127.5; 1 for whole numbers',
    coerce: numberList(Number),
  },
  'input.layout': {
    describe: 'the order of its axes',
    choices: ['NCHW', 'NHWC'],
    defaultDescription: 'what the model says, or else NCHW',
  },
  'output.name': { type: 'string', describe: 'of the embedding, where an ONNX model has several outputs' },
} as const satisfies Options;
