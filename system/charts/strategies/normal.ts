/** The two-sided normal quantile: |z| exceeds it with probability `tail` (Abramowitz and Stegun 26.2.23, error < 4.5e-4). */
export function sigmasForTail(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail / 2));
  return (
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  );
}

/**
 * The same for the next value of a series whose mean and deviation are known from `learnt` values only: Student's quantile
 * (first term of its Cornish-Fisher expansion), wider by the error of the mean.
 */
export function predictionSigmas(tail: number, learnt: number): number {
  const sigmas = sigmasForTail(tail);
  return sigmas * (1 + (sigmas * sigmas + 1) / (4 * (learnt - 1))) * Math.sqrt(1 + 1 / learnt);
}

const erfcCoefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
] as const;

/**
 * How likely a normal value lies beyond `sigmas` on the upper side (Chebyshev fit of the complementary error function,
 * W. H. Press et al., Numerical Recipes §6.2; relative error < 1.2e-7 in both tails).
 */
export function upperTail(sigmas: number): number {
  const x = Math.abs(sigmas) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let polynomial = 0;
  for (let i = erfcCoefficients.length - 1; i >= 0; i--)
    polynomial = polynomial * t + (erfcCoefficients[i] ?? 0);
  const tail = (t * Math.exp(-x * x + polynomial)) / 2;
  return sigmas >= 0 ? tail : 1 - tail;
}
