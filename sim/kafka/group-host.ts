import type { Clock } from '../../system/ports/clock.ts';
import type { StoredGeneration } from './group-record.ts';
import type { KafkaMutations } from './mutations.ts';
import type { KafkaSettings } from './settings.ts';

/** What a group needs of its coordinator. */
export interface GroupHost {
  readonly clock: Clock;
  readonly settings: KafkaSettings;
  readonly mutations: KafkaMutations;
  newMemberId(prefix: string): string;
  /** Writes the generation; the answer is 0 or the error that clients get instead of their assignment. */
  persist(groupId: string, generation: StoredGeneration, done: (errorCode: number) => void): void;
}
