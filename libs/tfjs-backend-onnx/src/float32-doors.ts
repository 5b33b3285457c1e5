import protobuf from 'protobufjs';
import { ELEMENT, Node, ValueInfo, nodeMessage } from './onnx-proto.ts';

// Field numbers of ModelProto and GraphProto, and the wire type of what has a length.
const GRAPH = 7;
const NODE = 1;
const INPUT = 11;
const OUTPUT = 12;
const LENGTH_DELIMITED = 2;

/** What {@link withFloat32Doors} calls the door of an input or output. */
export const doorOf = (name: string): string => `${name}/float32`;

/**
 * An ONNX model whose named inputs take 32-bit floats and whose named outputs give them, whatever their own numeric type: a Cast
 * stands before each input and behind each output, which then go by the name {@link doorOf}. Nothing else is changed, for all other bytes are
 * copied. onnxruntime-node gives and takes half floats differently from Node to Node, or not at all. Throws where the bytes are no ONNX model.
 */
export function withFloat32Doors(
  model: Uint8Array,
  { inputs, outputs }: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
): Uint8Array {
  return rewritten(model, (field, content) =>
    field === GRAPH ? [{ field, content: graphWithDoors(content, inputs, outputs) }] : undefined,
  );
}

interface Field {
  readonly field: number;
  readonly content: Uint8Array;
}

function graphWithDoors(
  graph: Uint8Array,
  inputs: readonly string[],
  outputs: readonly string[],
): Uint8Array {
  const before: Field[] = [];
  const after: Field[] = [];
  const body = rewritten(graph, (field, content) => {
    if (field !== INPUT && field !== OUTPUT) return undefined;
    const value = ValueInfo.decode(content) as unknown as ValueInfoMessage;
    const { name, type } = value;
    if (!(field === INPUT ? inputs : outputs).includes(name)) return undefined;
    const door = doorOf(name);
    if (field === INPUT) before.push(cast(door, name, type.tensor_type.elem_type));
    else after.push(cast(name, door, ELEMENT.float32));
    const tensor_type = { ...type.tensor_type, elem_type: ELEMENT.float32 };
    return [{ field, content: ValueInfo.encode({ name: door, type: { tensor_type } }).finish() }];
  });
  return Buffer.concat([encoded(before), body, encoded(after)]);
}

interface ValueInfoMessage {
  name: string;
  type: { tensor_type: { elem_type: number; shape: object } };
}

const cast = (from: string, to: string, type: number): Field => ({
  field: NODE,
  content: Node.encode(
    nodeMessage({ op: 'Cast', domain: '', inputs: [from], output: to, attributes: { to: type } }),
  ).finish(),
});

/** A message in which `change` may give other fields for one that has a length; the others are copied. */
function rewritten(
  message: Uint8Array,
  change: (field: number, content: Uint8Array) => Field[] | undefined,
): Uint8Array {
  const reader = protobuf.Reader.create(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const tag = reader.uint32();
    const wire = tag & 7;
    const changed =
      wire === LENGTH_DELIMITED ? change(tag >>> 3, reader.bytes()) : void reader.skipType(wire);
    parts.push(changed === undefined ? message.subarray(from, reader.pos) : encoded(changed));
  }
  return Buffer.concat(parts);
}

function encoded(fields: readonly Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const { field, content } of fields) writer.uint32((field << 3) | LENGTH_DELIMITED).bytes(content);
  return writer.finish();
}
