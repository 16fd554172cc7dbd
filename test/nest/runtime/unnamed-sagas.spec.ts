import { Injectable } from '@nestjs/common';
import { memoryJournal, NOTHING_TO_UNDO, Saga, SagaStep } from 'nestjs-saga-orchestrator';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { RecordingLogger } from '../../support/recording-logger.js';
import { removeTempFolders, tempFolder } from '../../journals/temp-folder.js';
import { boot } from '../boot.js';

@Saga()
@Injectable()
class PlaceOrder {
  @SagaStep({ compensate: NOTHING_TO_UNDO })
  reserve(): void {}
}

@Saga('Ship')
@Injectable()
class ShipSaga {
  @SagaStep({ compensate: NOTHING_TO_UNDO })
  pack(): void {}
}

afterAll(removeTempFolders);

const sqlite = () => sqliteJournal({ file: `${tempFolder()}/sagas.db` });

describe('the warning of sagas that have the name of their class', () => {
  it.each([
    ['is written where sagas outlive the process', [PlaceOrder, ShipSaga], sqlite, 1],
    ['is not written where all have a name', [ShipSaga], sqlite, 0],
    ['is not written where nothing outlives the process', [PlaceOrder], memoryJournal, 0],
  ])('%s', async (_, providers, journal, count) => {
    const logger = new RecordingLogger();
    await boot({ providers }, { logger, journal: journal() });
    const lines = logger.messages('warn').filter((line) => line.includes('names of their classes'));
    expect(lines).toHaveLength(count);
    for (const line of lines) {
      expect(line).toMatch(/^The sagas of PlaceOrder are kept .* @Saga\('PlaceOrder'\)$/);
    }
  });
});
