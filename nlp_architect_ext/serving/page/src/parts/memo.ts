import { Component, type ComponentChildren } from "preact";

/** A part that is drawn again only when one of its properties is another. */
export function memo<Props extends object>(draw: (props: Props) => ComponentChildren) {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const names = Object.keys(next) as (keyof Props)[];
      return names.some((name) => next[name] !== this.props[name]);
    }

    override render(props: Props): ComponentChildren {
      return draw(props);
    }
  };
}
