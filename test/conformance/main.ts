/** `npm run conformance -- <subject> [options]`: the models against real servers. */
interface Subject {
  /** Resolves with the exit code (DESIGN, verdicts). */
  run(parameters: readonly string[]): Promise<number>;
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  cassandra: () => import('./cassandra/command.ts'),
  kubernetes: () => import('./kubernetes/command.ts'),
  kafka: () => import('./kafka/command.ts'),
  nats: () => import('./nats/command.ts'),
  prometheus: () => import('./prometheus/command.ts'),
  rollouts: () => import('./rollouts/command.ts'),
};

const [name, ...parameters] = process.argv.slice(2);
const load = name === undefined ? undefined : subjects[name];
if (load === undefined) {
  console.error(`conformance: name one of ${Object.keys(subjects).join(', ')}`);
  process.exitCode = 104;
} else {
  const subject = await load();
  process.exitCode = await subject.run(parameters);
}
