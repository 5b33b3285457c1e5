import { numberList, wholeNumber, type Options } from '@id3/cli';

/** One number for all channels, or three. */
const perChannel =
  (isTaken: (value: number) => boolean, kind: string) =>
  (text: string): number[] => {
    const values = numberList((item) => (item.trim() === '' ? NaN : Number(item)))(text);
    if ([1, 3].includes(values.length) && values.every((value) => Number.isFinite(value) && isTaken(value)))
      return values;
    throw new Error(`one ${kind}, or three separated by commas`);
  };

/** The options of commands that name a recogniser. */
export const recogniserOptions = {
  recogniser: {
    type: 'string',
    path: true,
    words: ['face-api', 'faceres'],
    describe:
      'face-api, faceres (of @vladmandic/human), a checkpoint of this project (.safetensors), an ONNX model (.onnx) or a graph model of tfjs (model.json)',
    default: 'face-api',
  },
  'input.size': {
    describe: 'pixels of a side of the input of a model from elsewhere',
    defaultDescription: 'what the model says, or else 112',
    coerce: wholeNumber(8, 1024),
  },
  'input.channels': {
    describe: 'their order',
    choices: ['RGB', 'BGR', 'grey'],
    defaultDescription: 'RGB, or grey where there is one',
  },
  'input.mean': {
    describe: 'subtracted from values from 0 to 255: one number or three',
    defaultDescription: '127.5; for whole numbers 0, or 128 for int8',
    coerce: perChannel(() => true, 'number'),
  },
  'input.std': {
    describe: 'then divided by: one number or three',
    defaultDescription: '127.5; 1 for whole numbers',
    coerce: perChannel((value) => value > 0, 'number above 0'),
  },
  'input.layout': {
    describe: 'the order of its axes',
    choices: ['NCHW', 'NHWC'],
    defaultDescription: 'what the model says, or else NCHW',
  },
  'output.name': { type: 'string', describe: 'of the embedding, where a model has several outputs' },
} as const satisfies Options;
