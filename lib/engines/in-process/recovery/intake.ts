import type { ClaimRequest, SagaRow } from '../../../core/index.js';
import type { DefinitionRegistry } from '../../../core/engine/index.js';
import type { Claims } from '../ownership/index.js';
import { isLive } from '../runs/index.js';
import type { ClaimedSagas } from './claimed-sagas.js';
import type { LeftSagas } from './left-sagas.js';

/** Claims what was left behind, and decides what becomes of it. */
export class Intake {
  constructor(
    private readonly registry: DefinitionRegistry,
    private readonly claims: Claims,
    private readonly claimed: ClaimedSagas,
    private readonly left: LeftSagas,
  ) {}

  knows(name: string): boolean {
    return this.registry.find(name) !== undefined;
  }

  /** @returns how many there were. @throws what the journal throws */
  async some(limit: number, recoveries: NonNullable<ClaimRequest['recoveries']>): Promise<number> {
    const { names } = this.registry;
    if (names.length === 0) return 0;
    const rows = await this.claims.claim({ names, limit, recoveries });
    // This process owns what it has claimed: every saga is driven, parked or released, none is dropped.
    await Promise.all(rows.map((row) => this.claimed.takeUp(row)));
    return rows.length;
  }

  /** Claims that one, if nobody owns it. @throws what the journal throws */
  async one(seen: SagaRow): Promise<void> {
    const row = await this.claims.claimOne(seen);
    if (row === undefined) return;
    if (isLive(row)) await this.claimed.takeUp(row);
    else this.claims.releaseUnstarted(row);
  }

  /**
   * Releases what was left to others. Only at the end of a round, which would otherwise claim it again.
   *
   * @returns whether there was any
   */
  async releaseLeft(): Promise<boolean> {
    const leftSome = this.left.tellLeft();
    if (leftSome) await this.claims.sendReleases();
    return leftSome;
  }
}
