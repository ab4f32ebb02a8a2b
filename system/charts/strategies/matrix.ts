/**
 * The inverse of a symmetric positive definite matrix (size × size, row-major) by Cholesky's decomposition.
 * Throws a `RangeError` where the matrix is not positive definite.
 */
export function invertPositiveDefinite(matrix: Float64Array, size: number): Float64Array {
  const lower = decompose(matrix, size);
  const inverse = new Float64Array(size * size);
  const column = new Float64Array(size);
  for (let c = 0; c < size; c++) {
    for (let i = 0; i < size; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= (lower[i * size + k] ?? 0) * (column[k] ?? 0);
      column[i] = sum / (lower[i * size + i] ?? 1);
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = column[i] ?? 0;
      for (let k = i + 1; k < size; k++) sum -= (lower[k * size + i] ?? 0) * (column[k] ?? 0);
      column[i] = sum / (lower[i * size + i] ?? 1);
      inverse[i * size + c] = column[i] ?? 0;
    }
  }
  return inverse;
}

/** Natural logarithm of the determinant of a symmetric positive definite matrix. Throws as {@link invertPositiveDefinite}. */
export function logDeterminant(matrix: Float64Array, size: number): number {
  const lower = decompose(matrix, size);
  let sum = 0;
  for (let i = 0; i < size; i++) sum += 2 * Math.log(lower[i * size + i] ?? 1);
  return sum;
}

function decompose(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] ?? 0) * (lower[j * size + k] ?? 0);
      if (i !== j) {
        lower[i * size + j] = sum / (lower[j * size + j] ?? 1);
      } else {
        if (!(sum > 0)) throw new RangeError('the matrix is not positive definite');
        lower[i * size + i] = Math.sqrt(sum);
      }
    }
  }
  return lower;
}
