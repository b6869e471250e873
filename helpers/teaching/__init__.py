"""What a teacher needs: routes and their times, the instructor's overview, slides, and the workshop's folder.

Everything is made from the stored notebooks and their front matter; nothing here runs a lesson.
"""
