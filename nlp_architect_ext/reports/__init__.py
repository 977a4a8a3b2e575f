"""Results for people: tables, pictures, the report page, the model card."""
