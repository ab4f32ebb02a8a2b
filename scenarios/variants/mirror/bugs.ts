import {
  correctMirrorPolicies,
  type MirrorPolicies,
} from '../../../system/routing/variants/mirror/gateway.ts';
import { ShadowSession } from '../../../system/routing/variants/mirror/isolation.ts';
import type { CqlSession } from '../../../system/ports/cql.ts';

/** What a planted bug changes in a mirror. */
export interface MirrorParts {
  readonly policies: MirrorPolicies;
  readonly shadowSession: (session: CqlSession) => CqlSession;
}

export const correctMirror: MirrorParts = {
  policies: correctMirrorPolicies,
  shadowSession: (session) => new ShadowSession(session),
};

export const mirrorBugs: Readonly<Record<string, MirrorParts>> = {
  'shared-tables': { ...correctMirror, shadowSession: (session) => session },
  'awaited-mirror': {
    ...correctMirror,
    policies: { ...correctMirrorPolicies, answersAtOnce: false },
  },
  'unlimited-mirror': {
    ...correctMirror,
    policies: { ...correctMirrorPolicies, limiter: () => ({ take: () => true }) },
  },
  'nameless-copies': {
    ...correctMirror,
    policies: {
      ...correctMirrorPolicies,
      copyMetadata(original, method, requestId) {
        const { 'x-original-uri': _uri, ...others } = correctMirrorPolicies.copyMetadata(
          original,
          method,
          requestId,
        );
        return others;
      },
    },
  },
  /** An error has a digest of its own, so that it counts as a difference. */
  'errors-as-differences': {
    ...correctMirror,
    policies: {
      ...correctMirrorPolicies,
      resultOf(outcome, durationMs) {
        const result = correctMirrorPolicies.resultOf(outcome, durationMs);
        return { ...result, digest: result.digest ?? -1 };
      },
    },
  },
};
