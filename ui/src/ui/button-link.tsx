import type { ReactNode } from "react";
import { Link } from "wouter";
import { type ButtonVariant, buttonLook } from "./button-look";

interface ButtonLinkProps {
  href: string;
  variant?: ButtonVariant;
  className?: string;
  children: ReactNode;
}

/** A link to another screen that stands where buttons do. */
export function ButtonLink({ href, variant = "plain", className = "", children }: ButtonLinkProps) {
  return (
    <Link href={href} className={`${buttonLook(variant)} ${className}`}>
      {children}
    </Link>
  );
}
