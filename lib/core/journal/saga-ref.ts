/** What names one saga: ids are unique per application and saga name. */
export interface SagaRef {
  /**
   * The application it belongs to, where several services share a journal. Absent is the same as `''`:
   * none.
   */
  readonly application?: string;
  readonly name: string;
  readonly id: string;
}
