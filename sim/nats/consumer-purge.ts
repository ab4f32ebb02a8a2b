import type { ConsumerService } from './consumer-service.ts';
import type { PurgeOperation } from './operations.ts';
import { SubjectFilter } from './subject-filter.ts';
import { filterCovers } from './subjects.ts';

/** `stream.purge`: the cursor of a consumer of purged subjects alone goes to what they have left. */
export function purged(
  service: ConsumerService,
  { subject, belowSequence, keep }: Pick<PurgeOperation, 'subject' | 'belowSequence' | 'keep'>,
): void {
  const { stream, asset } = service;
  const { subjects, wildcards } = asset.filter;
  if (!asset.profile.multiFilter) {
    const isPlain = subject === '' && belowSequence === 0 && keep === 0;
    const isOwn = subjects.length === 0 || subjects.includes(subject);
    if (isPlain || isOwn || wildcards.some((own) => filterCovers(own, subject)))
      purgedAsOld(service, subject);
    return;
  }
  // One of several filters is taken for all of them: messages of the others are passed over (fault C10).
  const isWithin = subject === '' || subjects.some((own) => filterCovers(subject, own));
  const isWider = !isWithin && (subjects.length === 0 || subjects.some((own) => filterCovers(own, subject)));
  if (!isWithin && !isWider) return;
  const filter = new SubjectFilter(subject === '' ? [] : [subject], asset.stream.subjects);
  const first = isWithin ? (stream.nextFor(filter, 1)?.sequence ?? stream.lastSequence + 1) : stream.first;
  const isGone = (sequence: number): boolean => isWider && stream.messages.get(sequence) === undefined;
  for (const [sequence, { consumerSequence }] of service.memory.purged(first, isGone)) {
    // A lone consumer notes it down, and does not tell its stream.
    if (asset.isAlone) service.machine.record.acked(service.settings, consumerSequence, sequence, false);
    else
      service.replica.propose({
        kind: 'acked',
        consumerSequence,
        sequence,
        freedFrom: undefined,
        call: undefined,
      });
  }
  service.writeRecord();
}

function purgedAsOld(service: ConsumerService, subject: string): void {
  const { stream, asset } = service;
  const left =
    subject === '' ? stream.first : stream.nextFor(new SubjectFilter([subject], asset.stream.subjects), 1);
  const first = typeof left === 'number' ? left : (left?.sequence ?? stream.lastSequence + 1);
  service.memory.purgedAll(first);
  service.writeRecord();
}
