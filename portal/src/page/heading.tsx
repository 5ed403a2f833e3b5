// The heading of a place. It takes the focus when the reader comes to it, so that keyboard and screen reader go on from there.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { takesFocus } from "./route";

const PRODUCT = "Webhooks Rail";

interface Props {
  /** For the title of the window, where it is that of the whole place. */
  title?: string;
  /** Of the second level it is for who goes from heading to heading: tabs say the same to the eye. */
  level?: 1 | 2;
  children: ComponentChildren;
}

export function Heading({ title, level = 1, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (title) document.title = `${title} · ${PRODUCT}`;
  }, [title]);
  useEffect(() => {
    if (takesFocus()) heading.current?.focus({ preventScroll: true });
  }, []);
  const Level = level === 1 ? "h1" : "h2";
  return (
    <Level ref={heading} class={level === 2 ? "unseen" : undefined} tabIndex={-1}>
      {children}
    </Level>
  );
}
