import { SagaOptionsError, type InputIssue } from '../../core/index.js';

/** Of class-validator, whose types are not needed where it is not. */
interface ValidationError {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly ValidationError[];
}

type Constructor = new () => object;

async function load() {
  try {
    const [transformer, validator] = await Promise.all([
      import('class-transformer'),
      import('class-validator'),
    ]);
    return { toInstance: transformer.plainToInstance, validate: validator.validate };
  } catch (cause) {
    throw new SagaOptionsError(
      'a class that is given as a schema needs class-validator: npm install class-validator class-transformer',
      { cause },
    );
  }
}

let loaded: ReturnType<typeof load> | undefined;

/** Both are optional: loaded when the first input of a class is checked, and looked for again where they were missing. */
function libraries() {
  return (loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  }));
}

function issuesOf(errors: readonly ValidationError[], parent = ''): readonly InputIssue[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const own = /^\d+$/.test(property) ? `[${property}]` : property;
    const path = parent === '' || own.startsWith('[') ? `${parent}${own}` : `${parent}.${own}`;
    const messages = Object.values(constraints);
    return [...messages.map((message) => ({ path, message })), ...issuesOf(children, path)];
  });
}

/** As the `ValidationPipe` of Nest does: made an instance, then validated. */
export async function validateByClass(
  type: Constructor,
  value: unknown,
): Promise<{ readonly value: unknown } | { readonly issues: readonly InputIssue[] }> {
  const { toInstance, validate } = await libraries();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { issues: [{ path: '', message: 'must be an object' }] };
  }
  const instance: object = toInstance(type, value);
  const issues = issuesOf(await validate(instance));
  return issues.length > 0 ? { issues } : { value: instance };
}
