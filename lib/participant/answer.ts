import { isObservable, lastValueFrom } from 'rxjs';
import { isResultLike } from '../core/engine/index.js';

/**
 * What a handler has given, awaited as Nest awaits it: the last value of an observable, what an `Ok` holds.
 *
 * @throws the error of an `Err`, so that its transaction is rolled back.
 */
export async function answerOf(given: unknown): Promise<unknown> {
  const value: unknown = await given;
  if (isObservable(value)) return answerOf(await lastValueFrom(value, { defaultValue: undefined }));
  if (!isResultLike(value)) return value;
  if (value.isErr()) throw value.error;
  return answerOf(value.value);
}
