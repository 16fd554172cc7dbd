import type { PayloadCodec } from 'nestjs-saga-orchestrator';
import { bootModule } from '../nest/boot.js';
import { recipe } from '../support/recipe.js';

type App = new () => object;
const KEY = Buffer.alloc(32, 7).toString('base64');

describe('the recipes of docs/encryption.md run as they are', () => {
  it('encryption', async () => {
    Object.assign(process.env, { SAGA_KEY_2026: KEY, SAGA_KEY_2025: KEY });
    const { AppModule } = await recipe<{ AppModule: App }>('docs/encryption.md', 'encryption');
    const { sagas } = await bootModule(AppModule);
    const chain = sagas.create('Pay', {}).step({ label: 'Charge', action: () => 7 });
    await chain.runAsync();
    expect(chain.getStepResult('Charge')).toBe(7);
  });

  it('erasure', async () => {
    const { codec, customerKeys } = await recipe<{
      codec: PayloadCodec;
      customerKeys: Map<string, string>;
    }>('docs/encryption.md', 'erasure');
    customerKeys.set('ann', KEY);
    const of = () => codec.forSaga!({ application: '', name: 'Pay', id: 'ann.order-7' });
    const text = of().encode(7);
    expect(of().decode(text)).toBe(7);
    customerKeys.delete('ann');
    expect(() => of().decode(text)).toThrow(/needs key 'ann'/);
  });
});
