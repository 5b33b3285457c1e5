import { delimited, double, integer, message } from './protobuf.ts';
import { metadataEvent } from './tensorboard.ts';

/**
 * Events of TensorBoard's HParams plugin, field by field as in its plugin_data.proto and api.proto. An experiment's columns are one event in the
 * topmost run; each session, which is a run of TensorBoard, has a start and an end.
 */

export type HParam = string | number | boolean;

/** A hyper-parameter with all values it has. */
export interface HParamColumn {
  readonly name: string;
  readonly values: readonly HParam[];
}

/** A scalar that sessions are compared by: its tag in their runs. */
export interface MetricColumn {
  readonly tag: string;
  readonly title: string;
}

/** What the sessions differ in and what they are compared by. */
export function experimentEvent(
  seconds: number,
  hparams: readonly HParamColumn[],
  metrics: readonly MetricColumn[],
): Uint8Array {
  const experiment = message(
    double(3, seconds),
    ...hparams.map((column) => delimited(4, columnInfo(column))),
    ...metrics.map(({ tag, title }) =>
      delimited(5, message(delimited(1, delimited(2, tag)), delimited(3, title))),
    ),
  );
  return hparamsEvent(seconds, 'experiment', delimited(2, experiment));
}

/** A session's values. Sessions of one group are one row, with the means of their metrics. */
export function sessionStartEvent(
  seconds: number,
  group: string,
  hparams: Readonly<Record<string, HParam>>,
): Uint8Array {
  const start = message(
    ...Object.entries(hparams).map(([name, value]) =>
      delimited(1, message(delimited(1, name), delimited(2, valueOf(value)))),
    ),
    delimited(4, group),
    double(5, seconds),
  );
  return hparamsEvent(seconds, 'session_start_info', delimited(3, start));
}

export function sessionEndEvent(seconds: number, status: keyof typeof STATUS): Uint8Array {
  const end = message(integer(1, STATUS[status]), double(2, seconds));
  return hparamsEvent(seconds, 'session_end_info', delimited(4, end));
}

const STATUS = { success: 1, failure: 2, running: 3 } as const;

const hparamsEvent = (seconds: number, name: string, data: Uint8Array): Uint8Array =>
  metadataEvent(seconds, `_hparams_/${name}`, 'hparams', data);

/** HParamInfo.type */
const TYPE = { string: 1, boolean: 2, number: 3 } as const;

/** An HParamInfo: numbers have a range, other values a list; mixed ones are texts. */
function columnInfo({ name, values }: HParamColumn): Uint8Array {
  const types = new Set(values.map((value) => typeof value as keyof typeof TYPE));
  const type = types.size === 1 ? [...types][0] : 'string';
  const distinct = [...new Set(type === 'string' ? values.map(String) : values)];
  const domain =
    type === 'number'
      ? delimited(6, interval(distinct as number[]))
      : delimited(5, message(...distinct.map((value) => delimited(1, valueOf(value)))));
  return message(
    delimited(1, name),
    integer(4, TYPE[type]),
    domain,
    ...(distinct.length > 1 ? [integer(7, 1)] : []),
  );
}

function interval(values: readonly number[]): Uint8Array {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return message(...(low === 0 ? [] : [double(1, low)]), ...(high === 0 ? [] : [double(2, high)]));
}

/** A google.protobuf.Value. */
const valueOf = (value: HParam): Uint8Array =>
  typeof value === 'number'
    ? double(2, value)
    : typeof value === 'string'
      ? delimited(3, value)
      : integer(4, Number(value));
