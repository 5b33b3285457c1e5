import { delimited, double, float, integer, message } from './protobuf.ts';

/**
 * Events as TensorBoard's event files hold them, each a record of a {@link TfRecordWriter}. Field numbers are those of TensorBoard's
 * compat/proto/{event,summary,tensor}.proto.
 */

/** When something was logged: seconds since 1970, and the training step, a whole number. */
export interface Logged {
  readonly seconds: number;
  readonly step: number;
}

/** The event that begins a file. */
export const firstEvent = (seconds: number): Uint8Array =>
  message(double(1, seconds), delimited(3, 'brain.Event:2'));

/** A number, which TensorBoard keeps as a 32-bit float. */
export const scalarEvent = (at: Logged, tag: string, value: number): Uint8Array =>
  summaryEvent(at, message(delimited(1, tag), float(2, value)));

/** An encoded picture (PNG, JPEG) in colour. */
export function imageEvent(
  at: Logged,
  tag: string,
  { encoded, width, height }: { encoded: Uint8Array; width: number; height: number },
): Uint8Array {
  const image = message(integer(1, height), integer(2, width), integer(3, RGB), delimited(4, encoded));
  return summaryEvent(at, message(delimited(1, tag), delimited(4, image)));
}

/** Summary.Image.colorspace */
const RGB = 3;

/** An event of one Summary.Value. */
function summaryEvent({ seconds, step }: Logged, value: Uint8Array): Uint8Array {
  const steps = step === 0 ? [] : [integer(2, step)];
  return message(double(1, seconds), ...steps, delimited(5, delimited(1, value)));
}

/** An event of a plugin that keeps what it says in the metadata, beside an empty tensor. */
export function metadataEvent(seconds: number, tag: string, plugin: string, content: Uint8Array): Uint8Array {
  const pluginData = message(delimited(1, plugin), delimited(2, content));
  return summaryEvent(
    { seconds, step: 0 },
    message(delimited(1, tag), delimited(8, EMPTY_TENSOR), delimited(9, delimited(1, pluginData))),
  );
}

/** A TensorProto of float32 and the shape [0]. */
const EMPTY_TENSOR = message(integer(1, 1), delimited(2, delimited(2, '')));
