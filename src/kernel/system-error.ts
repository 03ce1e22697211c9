/** What a system call refused: Node gives such an error its `syscall`, `code` and often its `path`. */
export const isSystemError = (error: unknown): error is Error & { readonly syscall: string; readonly code?: string } =>
  error instanceof Error && 'syscall' in error;
