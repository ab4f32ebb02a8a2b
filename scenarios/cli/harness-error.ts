import { OutputError } from './output-folder.ts';

/** What failed, for a person: with the stack where it is a defect of the harness, without where it is the disk. */
export function describeFailure(error: unknown): string {
  if (error instanceof OutputError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
