import 'reflect-metadata';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, Transport } from '@nestjs/microservices';
import { decorate } from './decorate.mjs';
import { ready } from './serve.mjs';

class AddController {
  sum({ a, b }) {
    return { v: a + b };
  }
}
decorate(AddController, [Controller()], { sum: [GrpcMethod('Add', 'Sum')] });

class AppModule {}
decorate(AppModule, [Module({ controllers: [AddController] })]);

// Nest does not say which port it was given.
const port = await freePort();
const app = await NestFactory.createMicroservice(AppModule, {
  logger: false,
  transport: Transport.GRPC,
  options: {
    package: 'pb',
    protoPath: fileURLToPath(new URL('../add.proto', import.meta.url)),
    loader: { longs: Number },
    url: `127.0.0.1:${port}`,
  },
});
await app.listen();
ready(port);

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
