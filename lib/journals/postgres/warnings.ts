/** Where nobody says who is to be told. */
export function emitWarning(message: string): void {
  process.emitWarning(message, 'SagaJournalWarning');
}
