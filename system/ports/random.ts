/** Chance, seeded in a simulation. Use it for jitter and ids, never for anything that must be secret. */
export interface Random {
  /** Uniform integer in [0, 2³²). */
  uint32(): number;
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform integer in [low, high], both included. */
  integer(low: number, high: number): number;
}
