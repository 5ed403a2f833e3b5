// Who has the focus on a button that goes away keeps a place to go on from: the nearest thing around it that can have the focus.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export function useHandOver<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  useLayoutEffect(() => {
    const shown = element.current;
    return () => {
      if (shown === null || shown !== document.activeElement) return;
      shown.parentElement?.closest<HTMLElement>("[tabindex='-1']")?.focus({ preventScroll: true });
    };
  }, []);
  return element;
}
