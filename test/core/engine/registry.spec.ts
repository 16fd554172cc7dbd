import {
  defineSaga,
  memoryJournal,
  SagaDefinitionError,
  silentLogger,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';

const plan = (label: string, version = 1) =>
  defineSaga('Order', [{ label, action: () => label }], { version });

const ENGINES = [
  ['in process', () => new InProcessEngine({ journal: memoryJournal(), logger: silentLogger })],
  [
    'on Restate',
    () =>
      restateEngine({
        ingressUrl: 'http://127.0.0.1:1',
        adminUrl: 'http://127.0.0.1:1',
      }).create({ logger: silentLogger }),
  ],
] as const;

describe.each(ENGINES)('the definitions of an engine %s', (_, engineOf) => {
  it.each([
    ['the same steps', plan('Charge'), /registered already, with the same steps/],
    ['other steps', plan('Ship'), /registered already, with other steps/],
  ])('of two with one name and version and %s the second is refused', (_, second, why) => {
    const engine = engineOf();
    const first = plan('Charge');
    engine.register(first);
    expect(() => engine.register(second)).toThrow(SagaDefinitionError);
    expect(() => engine.register(second)).toThrow(why);
    expect(engine.definition('Order')).toBe(first);
    expect(engine.definitions).toEqual([first]);
  });

  it.each([null, {}, 'Order', Object.create(null), [], () => 1])(
    'is refused by name where it is none: %p',
    (junk) => {
      expect(() => engineOf().register(junk as never)).toThrow(
        expect.objectContaining({ code: 'SAGA_OPTIONS' }),
      );
    },
  );

  it('the same one may come again, and other versions stand beside it', () => {
    const engine = engineOf();
    const [first, second] = [plan('Charge'), plan('Charge', 2)];
    for (const definition of [first, second, first]) engine.register(definition);
    expect(engine.definitions).toEqual([first, second]);
    expect(engine.definition('Order', 1)).toBe(first);
    expect(engine.definition('Order')).toBe(second);
  });
});
