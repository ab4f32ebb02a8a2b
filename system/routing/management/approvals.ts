import { z } from 'zod';
import type { HttpResponse } from '../../ports/http.ts';
import { jsonResponse, readJson } from '../json.ts';
import type { Asked, ManagementApi } from './api.ts';
import { badRequest, notDurable } from './error-response.ts';
import { decisionSchema } from './state.ts';
import { writeDown } from './write-down.ts';

export const approvalRequestSchema = z.object({ stage: z.string().min(1), decision: decisionSchema });

/** What was decided of a stage of the present release (delivery C44). */
export function readApproval(api: ManagementApi, { query }: Asked): HttpResponse {
  const stage = query.get('stage') ?? '';
  if (stage === '') return badRequest('stage: which one?');
  const decision = api.keeper.state.approvals[stage] ?? api.settings.defaultApproval;
  return jsonResponse(200, { stage, decision });
}

export async function approve(api: ManagementApi, asked: Asked): Promise<HttpResponse> {
  const read = readJson(approvalRequestSchema, asked.request.body);
  if (!read.ok) return badRequest(read.problem);
  const { stage, decision } = read.value;
  const act = { action: 'approval', detail: `${stage}: ${decision}` };
  const done = await writeDown(api, asked, act, (state) => ({
    ...state,
    approvals: { ...state.approvals, [stage]: decision },
  }));
  return done ? jsonResponse(200, read.value) : notDurable;
}
