import { useId, useState } from "preact/hooks";
import { keepToken } from "../service";
import { Dialog } from "./dialog";

interface Props {
  wasWrong: boolean;
  onKept(): void;
  onClose(): void;
}

/** Asks for the token that the service wants. */
export function Token({ wasWrong, onKept, onClose }: Props) {
  const [value, setValue] = useState("");
  const id = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    if (!value.trim()) return;
    keepToken(value.trim());
    onKept();
  };
  return (
    <Dialog title="A token is needed" onClose={onClose}>
      <form onSubmit={submit}>
        <p id={`${id}-hint`}>
          This service answers only to those who have its token. It is kept until you close this
          tab.
        </p>
        {wasWrong && (
          <p role="alert" class="fault">
            The service doesn’t accept this token.
          </p>
        )}
        <label for={id}>Token</label>
        <input
          id={id}
          type="password"
          autocomplete="off"
          required
          aria-describedby={`${id}-hint`}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        <div class="row">
          <button type="submit" class="primary">
            Use it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
