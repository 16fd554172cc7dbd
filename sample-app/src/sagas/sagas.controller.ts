import { Controller, Get, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import { isSagaError, SagaOperations } from 'nestjs-saga-orchestrator';
import { CREATE_ORDER } from '../orders/create-order.saga.js';
import { viewOf, type SagaView } from './saga-view.js';

/** For operators. A real application lets only them in: the timelines tell what went wrong. */
@Controller('sagas')
export class SagasController {
  constructor(private readonly operations: SagaOperations) {}

  @Get(':id')
  async find(@Param('id') id: string): Promise<SagaView> {
    const saga = await this.operations.get(CREATE_ORDER, id);
    if (saga === undefined) throw new NotFoundException(`There is no saga '${id}'`);
    return viewOf(saga);
  }

  /** Mermaid text: paste it into https://mermaid.live, or into any Markdown on GitHub. */
  @Get(':name/diagram')
  diagram(@Param('name') name: string): StreamableFile {
    try {
      const text = Buffer.from(this.operations.definition(name).toMermaid());
      return new StreamableFile(text, { type: 'text/plain; charset=utf-8' });
    } catch (error) {
      if (isSagaError(error, 'SAGA_NOT_FOUND')) throw new NotFoundException(error.message);
      throw error;
    }
  }
}
