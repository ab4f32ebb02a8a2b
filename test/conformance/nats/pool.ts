/** Runs jobs, so many at a time, and hands each result over as it comes. */
export async function inParallel<Job, Result>(
  jobs: Iterable<Job>,
  places: number,
  run: (job: Job, index: number) => Promise<Result>,
  done: (result: Result, index: number) => void,
): Promise<void> {
  const queue = [...jobs].entries();
  await Promise.all(
    Array.from({ length: places }, async () => {
      for (const [index, job] of queue) done(await run(job, index), index);
    }),
  );
}
