import "react";

declare module "react" {
  /** Styles may set the custom properties that a class reads. */
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
