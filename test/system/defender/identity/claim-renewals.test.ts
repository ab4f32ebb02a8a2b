import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClaimRenewals } from '../../../../system/defender/identity/claim-renewals.ts';
import { encodeClaim, type Claim } from '../../../../system/defender/identity/claim.ts';
import {
  encodeHeartbeat,
  heartbeatWallMs,
} from '../../../../system/defender/membership/heartbeat-account.ts';

const wallMs = fc.oneof(
  fc.integer({ min: 1e12, max: 1e13 - 1 }),
  // A clock that a fault has thrown far off.
  fc.integer({ min: 0, max: 2e13 }),
);

const claims = fc.record<Claim>({
  uid: fc.string(),
  pod: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('"renewedMs":')),
  claimedMs: wallMs,
  renewedMs: fc.constant(0),
  mark: fc.constantFrom('held', 'draining', 'leaving'),
  reservedBy: fc.string(),
  mapVersion: fc.nat(),
});

test('a renewal has the bytes of the claim with its time, and earlier renewals keep theirs', () => {
  fc.assert(
    fc.property(claims, fc.array(wallMs, { minLength: 1, maxLength: 70 }), (claim, times) => {
      const renewals = new ClaimRenewals(claim);
      const written = times.map((renewedMs) => renewals.at(renewedMs));
      expect(written).toEqual(times.map((renewedMs) => encodeClaim({ ...claim, renewedMs })));
    }),
  );
});

test('a heartbeat tells the wall clock it was made from', () => {
  fc.assert(
    fc.property(wallMs, (timeMs) => {
      expect(heartbeatWallMs(encodeHeartbeat(timeMs))).toBe(timeMs);
    }),
  );
});
