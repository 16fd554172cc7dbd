import type {
  ClaimRequest,
  ForgetRequest,
  NewSaga,
  SagaFilter,
  SagaPage,
  SagaRow,
} from 'nestjs-saga-orchestrator/core';
import { Faulty, type Fault } from './faulty.js';

const APPLICATIONS = ['', 'shop', 'bank'];

/** Knows sagas by name and id alone. */
class ForgetsTheApplication extends Faulty {
  override create(saga: NewSaga): Promise<SagaRow | undefined> {
    return super.create({ ...saga, application: '' });
  }
}

class LosesTheBirth extends Faulty {
  override create({ birth: _, ...saga }: NewSaga): Promise<SagaRow | undefined> {
    return super.create(saga);
  }
}

class ClaimsForAll extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const claims = APPLICATIONS.map((application) => super.claim({ ...request, application }));
    return (await Promise.all(claims)).flat();
  }
}

/** Whoever names one by its id gets the first of that id. */
class ClaimsByIdAlone extends Faulty {
  override claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    return super.claim(request.id === undefined ? request : { ...request, application: '' });
  }
}

class TellsNoApplication extends Faulty {
  override async heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    const rows = await super.heartbeat(owner, leaseMs);
    return rows.map((row) => ({ ...row, application: '' }));
  }
}

class ListsThoseOfAll extends Faulty {
  override async list(filter: SagaFilter): Promise<SagaPage> {
    const lists = APPLICATIONS.map((application) => super.list({ ...filter, application }));
    return { rows: (await Promise.all(lists)).flatMap(({ rows }) => rows) };
  }
}

class ForgetsThoseOfAll extends Faulty {
  override async forget(request: ForgetRequest): Promise<number> {
    if ('ref' in request) return super.forget(request);
    let gone = 0;
    for (const application of APPLICATIONS) gone += await super.forget({ ...request, application });
    return gone;
  }
}

export const applicationFaults: readonly Fault[] = [
  [ForgetsTheApplication, 'the application is part of what names a saga'],
  [LosesTheBirth, 'create stores the saga with its owner and its first records'],
  [ClaimsForAll, 'a claim takes sagas of its own application only'],
  [ClaimsByIdAlone, 'a claim takes sagas of its own application only'],
  [TellsNoApplication, 'a heartbeat tells the application of a saga that is to be cancelled'],
  [ListsThoseOfAll, 'a list tells sagas of one application only'],
  [ForgetsThoseOfAll, 'forget by age deletes sagas of its own application only'],
];
