//! What conditions need, and how rules are told apart.

mod needs;
mod shapes;
