import type { Schedule } from '../schedule.ts';

/** A driver that stamps every attempt anew repeats a lost write after its successor was stored (cassandra-and-live 27). */
export const retryTimestamp: Schedule = {
  name: 'retry-timestamp',
  number: 15,
  summary: 'a driver of 4.8.0 repeats an old write with a new timestamp',
  minutes: 3,
  options: {},
  rule: 'pattern.kept',
  breaks: 'P7',
  survivor: 'P1+2+7',
  async run(lab) {
    const old = await lab.worker({ policy: { timestamps: 'per-attempt' }, timeoutMs: 6000 });
    const other = await lab.worker();
    const answers = lab.cut(
      lab.ring.nodes.map((node) => node.host),
      [old.host],
      true,
    );
    lab.deliver([old], lab.job(1, 1), 1, 60_000);
    await lab.wait(2000);
    const newer = lab.deliver([other], lab.job(1, 2));
    await newer.settled;
    await lab.wait(5000);
    answers();
    await lab.wait(30_000);
    await lab.observe(other, newer);
  },
};
