import { defaultArchivePolicies } from '../../system/collector/archive/settings.ts';
import type { ArchivePolicies, CopiedRows } from '../../system/collector/archive/settings.ts';
import { ArchiveLab } from '../archive/archive-lab.ts';
import { goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** A planted bug: only how far the job got is kept, over its restarts too, and what comes late is taken for copied. */
class Watermark implements CopiedRows {
  #endUs = -1;

  covers(row: Parameters<CopiedRows['covers']>[0]): boolean {
    return Number(row['end_us']) <= this.#endUs;
  }

  add(row: Parameters<CopiedRows['add']>[0]): void {
    this.#endUs = Math.max(this.#endUs, Number(row['end_us']));
  }
}

function watermarkPolicies(): ArchivePolicies {
  const kept = new Map<string, Watermark>();
  return {
    rememberCopied(partition) {
      let watermark = kept.get(partition);
      if (watermark === undefined) {
        watermark = new Watermark();
        kept.set(partition, watermark);
      }
      return watermark;
    },
  };
}

/** Charts that expire within hours are copied to an offline store while both stores and the job fail. */
export const cassandraArchive: Scenario = {
  name: 'cassandra-archive',
  summary: 'expiring U-charts are archived while stores and job fail',
  tags: ['faults', 'cassandra', 'archive'],
  parameters: parametersOf(130).map((parameter) => {
    if (parameter.name === 'tools') return { ...parameter, default: 10 };
    return parameter.name === 'minutes' ? { ...parameter, minimum: 90 } : parameter;
  }),
  setUp({ minutes }) {
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: [],
      goals: [
        goal('a chart expired', 'archive.expired'),
        goal('a copy failed and was tried again', 'archive.failed', () => true, false),
      ],
      begin(world, pattern) {
        const policies = pattern === 'watermark' ? watermarkPolicies() : defaultArchivePolicies;
        new ArchiveLab(world.kernel, world.network, world.history, policies).play();
      },
    };
  },
};
