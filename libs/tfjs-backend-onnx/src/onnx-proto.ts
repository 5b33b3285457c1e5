import protobuf from 'protobufjs';

/**
 * The messages of ONNX's protocol that this backend writes, with the field numbers of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); protobufjs encodes them.
 */
const DESCRIPTION = `
syntax = "proto3";
message Attribute {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; Graph g = 6; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; string domain = 7; }
message Entry { string key = 1; string value = 2; }
message Tensor {
  repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; repeated Entry external_data = 13; int32 data_location = 14;
}
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Type { TensorType tensor_type = 1; }
message ValueInfo { string name = 1; Type type = 2; }
message Graph {
  repeated Node node = 1; string name = 2; repeated Tensor initializer = 5;
  repeated ValueInfo input = 11; repeated ValueInfo output = 12;
}
message OperatorSet { string domain = 1; int64 version = 2; }
message Model { int64 ir_version = 1; string producer_name = 2; Graph graph = 7; repeated OperatorSet opset_import = 8; }
`;
const { root } = protobuf.parse(DESCRIPTION, { keepCase: true });
const Model = root.lookupType('Model');
/** As they stand in a graph, for those that change one; see float32-doors.ts. */
export const [Node, ValueInfo] = ['Node', 'ValueInfo'].map((name) => root.lookupType(name));

/** Element types by ONNX's numbers. */
export const ELEMENT = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const;
export type AnyElementType = keyof typeof ELEMENT;
/** Those that this backend computes with. */
export type ElementType = Extract<AnyElementType, 'float32' | 'int64' | 'int32' | 'bool'>;

export type Attribute = number | readonly number[] | string | { float: number } | { graph: ModelGraph };

export interface ModelNode {
  op: string;
  domain: string;
  inputs: string[];
  output: string | readonly string[];
  attributes: Record<string, Attribute>;
}
export interface ModelValue {
  name: string;
  type: AnyElementType;
  /** A dimension that has a name may have any size. */
  shape: readonly (number | string)[];
}
export interface ModelConstant extends ModelValue {
  shape: readonly number[];
  /** Its bytes, or the name of a file beside the model's that holds them (ONNX's external data). */
  data: Uint8Array | string;
}

export interface ModelGraph {
  nodes: readonly ModelNode[];
  constants: readonly ModelConstant[];
  inputs: readonly ModelValue[];
  outputs: readonly ModelValue[];
}

const EXTERNAL = 1; // TensorProto.DataLocation

const contentsOf = ({ data }: ModelConstant): object =>
  typeof data === 'string'
    ? { external_data: [{ key: 'location', value: data }], data_location: EXTERNAL }
    : { raw_data: data };

// AttributeProto.AttributeType
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const GRAPH = 5;
const INTS = 7;

function encodeAttribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: INT };
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: STRING };
  if ('float' in value) return { name, f: value.float, type: FLOAT };
  if ('graph' in value) return { name, g: graphMessage(value.graph), type: GRAPH };
  return { name, ints: value, type: INTS };
}

const dimension = (size: number | string) =>
  typeof size === 'number' ? { dim_value: size } : { dim_param: size };

const valueInfo = ({ name, type, shape }: ModelValue) => ({
  name,
  type: {
    tensor_type: { elem_type: ELEMENT[type], shape: { dim: shape.map(dimension) } },
  },
});

/** A node as protobufjs takes it. */
export const nodeMessage = ({ op, domain, inputs, output, attributes }: ModelNode): object => ({
  input: inputs,
  output: [output].flat(),
  op_type: op,
  domain,
  attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
});

const graphMessage = ({ nodes, constants, inputs, outputs }: ModelGraph): object => ({
  name: 'step',
  node: nodes.map(nodeMessage),
  initializer: constants.map((constant) => ({
    name: constant.name,
    dims: constant.shape,
    data_type: ELEMENT[constant.type],
    ...contentsOf(constant),
  })),
  input: inputs.map(valueInfo),
  output: outputs.map(valueInfo),
});

/** Of ONNX Runtime's convolutions in its blocked layout. */
export const NCHWC = 'com.microsoft.nchwc';

/** The bytes of an ONNX model. */
export function encodeModel(graph: ModelGraph): Uint8Array {
  return Model.encode(
    Model.create({
      ir_version: 9,
      producer_name: 'tfjs-backend-onnx',
      opset_import: [
        { domain: '', version: 18 },
        { domain: 'com.microsoft', version: 1 },
        { domain: NCHWC, version: 1 },
      ],
      graph: graphMessage(graph),
    }),
  ).finish();
}
