/** Why real servers cannot be used here: one sentence, and the command that puts it right. The run is skipped, never green. */
export class LiveProblem extends Error {
  readonly problem: string;
  readonly command: string;

  constructor(problem: string, command: string, options?: ErrorOptions) {
    super(`${problem}. To put it right: ${command}`, options);
    this.name = 'LiveProblem';
    this.problem = problem;
    this.command = command;
  }
}
