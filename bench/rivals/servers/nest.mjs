import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { decorate } from './decorate.mjs';
import { keepAliveTimeout, ready, sum } from './serve.mjs';

class SumController {
  sum(body) {
    return sum(body);
  }
}
decorate(SumController, [Controller()], { sum: [Post('sum'), HttpCode(200)] });
Body()(SumController.prototype, 'sum', 0);

class AppModule {}
decorate(AppModule, [Module({ controllers: [SumController] })]);

const app = await NestFactory.create(AppModule, new FastifyAdapter({ keepAliveTimeout }), {
  logger: false,
});
await app.listen(0, '127.0.0.1');
ready(app.getHttpServer().address().port);
