import { create, toBinary } from '@bufbuild/protobuf';
import { fileDesc, serviceDesc } from '@bufbuild/protobuf/codegenv2';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

const int64 = (name, number) => ({ name, number, type: 3, label: 1, jsonName: name });
const file = create(FileDescriptorProtoSchema, {
  name: 'add.proto',
  package: 'pb',
  syntax: 'proto3',
  messageType: [
    { name: 'SumRequest', field: [int64('a', 1), int64('b', 2)] },
    { name: 'SumReply', field: [int64('v', 1)] },
  ],
  service: [
    {
      name: 'Add',
      method: [{ name: 'Sum', inputType: '.pb.SumRequest', outputType: '.pb.SumReply' }],
    },
  ],
});
const bytes = toBinary(FileDescriptorProtoSchema, file);

/** `pb.Add` of the bench, as protoc-gen-es would have it. */
export const Add = serviceDesc(fileDesc(Buffer.from(bytes).toString('base64')), 0);
