interface Props {
  message: string;
  onRetry(): void;
}

/** What went wrong, and a way on. */
export function Fault({ message, onRetry }: Props) {
  return (
    <div role="alert" class="fault">
      <p>{message}</p>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
