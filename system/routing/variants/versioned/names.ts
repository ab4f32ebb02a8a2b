import { PortError } from '../../../ports/errors.ts';
import type { Naming } from './naming.ts';

/**
 * Which half of one NATS cluster a deployment works on (delivery R97). A half keeps its name when the roles are exchanged:
 * it says where, not what.
 */
export type DeploymentVersion = 'stable' | 'canary';

export const deploymentVersions: readonly DeploymentVersion[] = ['stable', 'canary'];

/** `dc.<tool>.complete` → `dc.<tool>.complete.<version>` (delivery R121). */
export function versionedSubject(subject: string, version: DeploymentVersion): string {
  return `${subject}.${version}`;
}

export function plainSubject(subject: string, version: DeploymentVersion): string {
  const suffix = `.${version}`;
  return subject.endsWith(suffix) ? subject.slice(0, -suffix.length) : subject;
}

/** Completions of tools, and of chambers. */
const completionForms = ['dc.*.complete', 'dc.*.*.complete'];

/**
 * What a stream of one half takes: streams that share a cluster must not share a subject. Throws a `PortError` `invalid`
 * for subjects whose versioned form is not known.
 */
export function versionedSubjects(
  subjects: readonly string[],
  version: DeploymentVersion,
): readonly string[] {
  return subjects.flatMap((subject) => {
    switch (subject) {
      case 'dc.>':
        return completionForms.map((form) => versionedSubject(form, version));
      case 'dead-letter.>':
        return completionForms.map((form) => versionedSubject(`dead-letter.${form}`, version));
      default:
        throw new PortError(`the subject ${subject} has no form by version`, 'invalid');
    }
  });
}

/** Of a stream, a bucket or a durable. */
export function versionedName(name: string, version: DeploymentVersion): string {
  return `${name}-${version}`;
}

/** Buckets are named by their users (`DefenderSettings.bucketSuffix`). */
export function versionedNaming(version: DeploymentVersion): Naming {
  const suffix = versionedName('', version).length;
  return {
    name: (name) => versionedName(name, version),
    plainName: (name) => name.slice(0, -suffix),
    bucket: (name) => name,
    subject: (subject) => versionedSubject(subject, version),
    plainSubject: (subject) => plainSubject(subject, version),
    subjects: (subjects) => versionedSubjects(subjects, version),
  };
}
