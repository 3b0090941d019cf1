import type { ComponentProps } from "react";
import { type ButtonVariant, buttonLook } from "./button-look";

interface ButtonProps extends ComponentProps<"button"> {
  variant?: ButtonVariant;
}

/** A button: it does something here. What leads elsewhere is a ButtonLink. */
export function Button({ variant = "plain", className = "", type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={`${buttonLook(variant)} ${className}`} {...rest} />;
}
