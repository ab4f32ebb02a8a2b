/** Bad input at the command line: one message that says what, where and what was expected; exit 104, nothing has run. */
export class InputError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputError';
  }
}
