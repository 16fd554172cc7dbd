import {
  SagaInputError,
  SagaResultError,
  type InputIssue,
  type SagaHost,
} from '../../core/index.js';
import { shown } from '../../core/definition/index.js';
import { validateByClass } from './class-schema.js';
import { isStandardSchema, pathOf, type StandardSchema } from './standard-schema.js';

export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.js';

/** What a value is checked by: a schema of zod, valibot, arktype and others, or a class with class-validator. */
export type SagaSchema = StandardSchema | (new () => object);

/** What the input of a saga is checked by. */
export type SagaInput = SagaSchema;

type Checked = { readonly value: unknown } | { readonly issues: readonly InputIssue[] };

/** What is wrong with what should be such a thing. */
export function schemaProblem(option: 'input' | 'result', given: unknown): string | undefined {
  if (given === undefined || isStandardSchema(given)) return undefined;
  const isClass = typeof given === 'function' && /^class\b/.test(String(given));
  if (isClass) return undefined;
  return `${option} must be a Standard Schema (of zod, valibot, arktype, …) or a class with class-validator (got ${shown(given)})`;
}

async function checked(schema: SagaSchema, value: unknown): Promise<Checked> {
  if (!isStandardSchema(schema)) return validateByClass(schema, value);
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return { value: result.value };
  return {
    issues: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })),
  };
}

/**
 * A host that checks what sagas are started with, before it hands them on: nothing of one that is refused is
 * stored, and what the schema made of the input (defaults, trimmed texts) is what the saga gets.
 */
export function validatingHost(host: SagaHost, input: SagaInput): SagaHost {
  const begin = host.begin?.bind(host);
  type Start = SagaHost['start'];
  const validated =
    (start: Start): Start =>
    async (definition, context, options) => {
      const result = await checked(input, context);
      if ('issues' in result) throw new SagaInputError(definition.name, result.issues);
      return start(definition, result.value, options);
    };
  return {
    start: validated(host.start.bind(host)),
    ...(begin === undefined ? {} : { begin: validated(begin) }),
  };
}

/** Looks at the result of a step, for whoever runs it: gives what the schema made of it, or throws what is wrong. */
export function resultCheck(schema: SagaSchema, label: string): (result: unknown) => unknown {
  return async (value) => {
    const result = await checked(schema, value);
    if ('issues' in result) throw new SagaResultError(label, result.issues);
    return result.value;
  };
}
