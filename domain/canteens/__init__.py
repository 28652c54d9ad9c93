"""Elder canteens: menus, quotes, orders, subsidies."""
