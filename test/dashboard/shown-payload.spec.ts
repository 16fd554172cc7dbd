import { shownPayload } from '../../lib/dashboard/shown-payload.js';

const MASKED = { $: 'masked' };

it.each([
  ...[
    'password',
    'passwd',
    'pass',
    'secret',
    'token',
    'apiKey',
    'api_key',
    'api-key',
    'Authorization',
  ],
  ...['cookie', 'card', 'cardNumber', 'CVV', 'cvc', 'IBAN', 'ssn', 'pin'],
])('masks %s wherever it stands', (name) => {
  const value = {
    [name]: 'x-1',
    deep: [{ [name]: 'x-2' }],
    map: new Map([[name, 'x-3']]),
    set: new Set([{ [name]: 'x-4' }]),
  };
  const text = JSON.stringify(shownPayload(value, []));
  expect(text).not.toMatch(/x-\d/);
  expect(shownPayload(value, [])).toMatchObject({ [name]: MASKED });
});

it('masks one’s own names at any depth, and one’s own paths', () => {
  const value = { email: 'a', user: { email: 'b', number: 1 }, order: { number: 2 } };
  expect(shownPayload(value, ['email', 'user.number'])).toEqual({
    email: MASKED,
    user: { email: MASKED, number: MASKED },
    order: { number: 2 },
  });
});

it('leaves other names, and masks nothing where all is to be shown', () => {
  const value = { passenger: 'Eve', spinner: 1, tokens: 3, pin: 4 };
  expect(shownPayload(value, [])).toEqual({ ...value, pin: MASKED });
  expect(shownPayload(value, undefined)).toEqual(value);
});

it('says what JSON cannot', () => {
  const at = new Date('2026-11-27T10:00:00Z');
  const value = {
    at,
    big: 12n,
    none: undefined,
    nan: NaN,
    map: new Map([[1, 'a']]),
    set: new Set([1]),
    bytes: new Uint8Array(3),
  };
  expect(shownPayload(value, [])).toEqual({
    at: { $: 'Date', text: '2026-11-27T10:00:00.000Z' },
    big: { $: 'bigint', text: '12n' },
    none: { $: 'undefined', text: 'undefined' },
    nan: { $: 'number', text: 'NaN' },
    map: { $: 'Map', entries: [[1, 'a']] },
    set: { $: 'Set', values: [1] },
    bytes: { $: 'Uint8Array', text: 'Uint8Array of 3 bytes' },
  });
});

it('cannot be made to look masked, or to change what a name means', () => {
  expect(shownPayload({ $: 'masked', ['__proto__']: 1 }, undefined)).toHaveProperty(
    ['$ '],
    'masked',
  );
});

it('is of bounded size', () => {
  const wide = shownPayload(
    Array.from({ length: 100_000 }, (_, i) => i),
    [],
  );
  expect((wide as unknown[]).length).toBeLessThan(6_000);
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = { deep };
  expect(JSON.stringify(shownPayload(deep, [])).length).toBeLessThan(2_000);
  expect(JSON.stringify(shownPayload('x'.repeat(1_000_000), [])).length).toBeLessThan(5_000);
});
