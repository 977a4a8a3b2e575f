/** What changed, for those who don't see it: one polite live region for the whole page. */

import { useEffect, useState } from "preact/hooks";

let listener: ((message: string) => void) | undefined;

export function announce(message: string): void {
  listener?.(message);
}

/** The last announcement. Said twice, it ends in a no-break space, so that it's read again. */
export function useAnnouncement(): string {
  const [message, setMessage] = useState("");
  useEffect(() => {
    listener = (next) => setMessage((last) => (last === next ? `${next}\u00a0` : next));
    return () => {
      listener = undefined;
    };
  }, []);
  return message;
}
