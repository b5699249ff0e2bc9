/** How the local stack says that it does not know an operation. */
export class UnknownServiceError extends Error {
  override readonly name = 'UnknownOperationException';
}
