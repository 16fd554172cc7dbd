import { newBirth, timeOrderedIds } from '../../../lib/core/ports/index.js';

const COUNT = 20_000;

describe('ids that nobody gave', () => {
  it('are UUIDs of version 7 of now, none twice', () => {
    const before = Date.now();
    const ids = Array.from({ length: COUNT }, timeOrderedIds);
    const after = Date.now();
    const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const isOfNow = (id: string) => {
      const time = parseInt(id.slice(0, 13).replace('-', ''), 16);
      return time >= before && time <= after;
    };
    expect(ids.filter((id) => !version7.test(id) || !isOfNow(id))).toEqual([]);
    expect(new Set(ids).size).toBe(COUNT);
  });

  it('take every value in every place that is random', () => {
    const ids = Array.from({ length: COUNT }, () => timeOrderedIds().replaceAll('-', ''));
    for (let place = 13; place < 32; place += 1) {
      const values = new Set(ids.map((id) => id.charAt(place)));
      expect([place, values.size]).toEqual([place, place === 16 ? 4 : 16]);
    }
  });

  it('tell two lives of one id apart', () => {
    const births = Array.from({ length: COUNT }, newBirth);
    expect(births.filter((birth) => !/^[0-9a-f]{12}$/.test(birth))).toEqual([]);
    expect(new Set(births).size).toBe(COUNT);
  });
});
