import type { Asked, ManagementApi } from './api.ts';
import type { Audited } from './audit.ts';
import { rfc3339, type ManagementState } from './state.ts';

/** An act with all that is the same of every act. */
export function auditedBy(
  { clock }: ManagementApi,
  { who }: Asked,
  state: ManagementState,
  act: Pick<Audited, 'action' | 'outcome' | 'detail'> & Partial<Pick<Audited, 'requestId' | 'tools'>>,
): Audited {
  return {
    at: rfc3339(clock.wallMs()),
    who,
    requestId: '',
    tools: [],
    revision: state.snapshot.revision,
    ...act,
  };
}

/** A change of what is not the list, with its line in the audit log. Resolves to whether it is durable. */
export async function writeDown(
  api: ManagementApi,
  asked: Asked,
  act: { readonly action: string; readonly detail: string },
  change: (state: ManagementState) => ManagementState,
): Promise<boolean> {
  const { audit, keeper, settings } = api;
  const done = await keeper.submit(settings.policies.urgency(act.action), (state) => {
    const entry = audit.draft(auditedBy(api, asked, state, { ...act, outcome: 'done' }));
    return { next: { ...change(state), audit: audit.merged(state.audit, entry) }, answer: true };
  });
  if (done === undefined) audit.note(auditedBy(api, asked, keeper.state, { ...act, outcome: 'not-durable' }));
  return done === true;
}
