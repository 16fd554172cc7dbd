import type { Sight } from './witness.js';

/**
 * Who has a transfer, as far as anybody said. Whoever slept says late what it once had: only a newer
 * epoch takes a transfer from anybody.
 */
export class Possession {
  constructor(
    public worker?: number,
    public epoch = 0,
  ) {}

  see(sight: Sight): void {
    if (sight.kind !== 'claimed' && sight.kind !== 'acked') return;
    if (sight.epoch <= this.epoch) return;
    this.epoch = sight.epoch;
    this.worker = sight.worker;
  }
}
